"""Arms of finished runs side by side: the same virtual patients in pairs, others by ordinary tests."""
