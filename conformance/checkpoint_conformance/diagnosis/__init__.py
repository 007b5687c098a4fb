"""Does a target file fit its server? Asked step by step, without a request that could create a backup."""
