//! A laboratory PKI (rcgen) for the sandbox and the tests: CA, leaves good and bad, CRL. Never used by `serve` in production.
