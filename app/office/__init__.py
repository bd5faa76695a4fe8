"""All that makes or reads office files: workbooks, Word, PDF, QR codes, uploads."""
