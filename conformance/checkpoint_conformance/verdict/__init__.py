"""From observations to a verdict: findings, blame, outcomes and waivers."""
