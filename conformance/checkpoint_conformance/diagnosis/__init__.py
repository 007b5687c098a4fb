"""Does a target file fit its server? Checked step by step, without requests that could create a backup."""
