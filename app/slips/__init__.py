"""One-time codes: issue, print, void, account for; redeem is the single door for the booth."""
