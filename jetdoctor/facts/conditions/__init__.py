"""The conditions of fact rows, a file for each subject; ``jetdoctor.facts.grammar`` finds them."""
