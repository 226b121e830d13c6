"""The doors through which mail comes: mailboxes that are asked (IMAP, POP3), and those that are handed it (SMTP, LMTP, a provider's webhook)."""
