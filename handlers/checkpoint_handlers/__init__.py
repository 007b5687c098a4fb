"""The reference server: Connexion generates it from the contract, small handlers answer."""
