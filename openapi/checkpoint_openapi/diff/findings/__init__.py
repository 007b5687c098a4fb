"""What a comparison finds: rules, findings, versions and acknowledgements."""
