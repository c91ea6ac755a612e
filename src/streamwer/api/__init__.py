"""The functions behind `import streamwer`: stream, score, compare, report."""
