"""The operations of the contract: one small handler for each, and the table that names them."""
