"""Money: fixed point, market snapshot, risk parameters, schedules, account health. Knows no cryptography."""
