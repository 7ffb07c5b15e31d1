"""Protocol files and trial conduct: enrol, treat, observe, decide, score."""
