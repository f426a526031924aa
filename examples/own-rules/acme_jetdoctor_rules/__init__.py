"""Rules of ACME for jetdoctor: a folder is a category, a file ACMEnnn_name.py in it is a rule."""
