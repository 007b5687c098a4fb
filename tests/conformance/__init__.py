"""Tests of the conformance suite, as a whole and by module."""
