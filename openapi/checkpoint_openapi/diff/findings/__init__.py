"""The results of a comparison: rules, findings, versions and acknowledgements."""
