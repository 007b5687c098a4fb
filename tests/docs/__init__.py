"""Tests of the documentation: its commands work, and its statements are true."""
