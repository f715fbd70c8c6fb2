-- Secrets that were issued elsewhere, and secrets that can be shown again.

ALTER TABLE tollgate.api_key_secret
  -- By which hash a secret that was issued elsewhere is known: all of a SHA-256, or the first half of
  -- a SHA-512, is the digest. Null for our own, which their tag vouches for.
  ADD COLUMN algorithm text CHECK (algorithm IN ('sha256', 'sha512')),
  -- The secret itself, where the deployment has a recovery key: sealed under it, so that the tables
  -- alone show no secret. A fingerprint of that key, a nonce, the ciphertext with its tag.
  ADD COLUMN sealed bytea CHECK (octet_length(sealed) BETWEEN 37 AND 255);

-- Older gateways go on, but refuse what was issued elsewhere.
UPDATE tollgate.schema_state SET version = 5;
