"""Trial designs as plain numbers: rules, their error rates, and the search for the best."""
