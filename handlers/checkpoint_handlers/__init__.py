"""The reference server: Connexion builds it from the contract, and small handlers respond."""
