"""The modelling language: declarations, expressions, composition, numpy evaluation. No biology."""
