/**
 * Two self-signed certificates for 127.0.0.1, ::1 and localhost, and their keys, good for a hundred years and for tests only.
 * Node makes none; each was made by
 *
 *   openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 36500 -subj '/CN=anillo test a' \
 *     -addext 'subjectAltName=IP:127.0.0.1,IP:::1,DNS:localhost' -keyout a.key -out a.pem
 */

export interface Certificate {
  readonly cert: string
  readonly key: string
}

export const FIRST: Certificate = {
  cert: `-----BEGIN CERTIFICATE-----
MIIBtjCCAVygAwIBAgIUO7fKYqtCvNvHBw0Oe8pcd4RRq+UwCgYIKoZIzj0EAwIw
GDEWMBQGA1UEAwwNYW5pbGxvIHRlc3QgYTAgFw0yNjExMjQwMjQxNDFaGA8yMTI2
MTAzMTAyNDE0MVowGDEWMBQGA1UEAwwNYW5pbGxvIHRlc3QgYTBZMBMGByqGSM49
AgEGCCqGSM49AwEHA0IABG6HbnTLRxMZ1Vr/jeQL0ohkzF0yZMA5jwmaTSjL0DgK
qIpC7EBEsgKCL7YlvG+O2HUEWIzS7+7wHPw+d1XNrhOjgYEwfzAdBgNVHQ4EFgQU
yCn5VwCXzJF3SMUUomjC5lEEkikwHwYDVR0jBBgwFoAUyCn5VwCXzJF3SMUUomjC
5lEEkikwDwYDVR0TAQH/BAUwAwEB/zAsBgNVHREEJTAjhwR/AAABhxAAAAAAAAAA
AAAAAAAAAAABgglsb2NhbGhvc3QwCgYIKoZIzj0EAwIDSAAwRQIgUZVshzUeK0zD
niB9sljIKNpdHDzMbR+kQO/+M9fQGwkCIQCP6WkbrRzqvB9zG4kDnrMpHcTxaJZs
E8qO7fOkwp6KQA==
-----END CERTIFICATE-----
`,
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgP2FQS0sN7QgbyL/I
v9w5kk25seDBiCxsoFUTrBbKWMChRANCAARuh250y0cTGdVa/43kC9KIZMxdMmTA
OY8Jmk0oy9A4CqiKQuxARLICgi+2Jbxvjth1BFiM0u/u8Bz8PndVza4T
-----END PRIVATE KEY-----
`
}

export const SECOND: Certificate = {
  cert: `-----BEGIN CERTIFICATE-----
MIIBtTCCAVygAwIBAgIUKzI6Cara1aObbXIt6tCBz1XAaqswCgYIKoZIzj0EAwIw
GDEWMBQGA1UEAwwNYW5pbGxvIHRlc3QgYjAgFw0yNjExMjQwMjQxNDFaGA8yMTI2
MTAzMTAyNDE0MVowGDEWMBQGA1UEAwwNYW5pbGxvIHRlc3QgYjBZMBMGByqGSM49
AgEGCCqGSM49AwEHA0IABHgC4VWJi8gYADmrF8pxX34xCYSGANXL1gQ0tSwORGCO
zLCvENKzqnQFu4NwKU1Rrb4fXwIbN6yfrtMBIfPdPdGjgYEwfzAdBgNVHQ4EFgQU
MTmCZ3LALkyPAwL6J/zsoUH/2LowHwYDVR0jBBgwFoAUMTmCZ3LALkyPAwL6J/zs
oUH/2LowDwYDVR0TAQH/BAUwAwEB/zAsBgNVHREEJTAjhwR/AAABhxAAAAAAAAAA
AAAAAAAAAAABgglsb2NhbGhvc3QwCgYIKoZIzj0EAwIDRwAwRAIgfmMTk0mqWxCf
8WjE4dlwFCpk7F2ltKkBS2R4Z6sbQr8CICEy1R514ByF57Wwz/K5vJf+9LbN17tR
SE9d3PUMXQS4
-----END CERTIFICATE-----
`,
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgLNR+fez2+QRBZmfb
WxwMmNYQBu1MyYUk7gJvId3YWemhRANCAAR4AuFViYvIGAA5qxfKcV9+MQmEhgDV
y9YENLUsDkRgjsywrxDSs6p0BbuDcClNUa2+H18CGzesn67TASHz3T3R
-----END PRIVATE KEY-----
`
}
