"""Published trials as data: protocols with what was reported of them, and the table the numbers come from."""
