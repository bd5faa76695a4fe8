"""Word, Excel and PDF of a published result, and the templates behind them."""
