"""What a page shows of a contract: its texts, its catalogues, and requests to paste."""
