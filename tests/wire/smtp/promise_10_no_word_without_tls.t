do connect-plain
S: 220 hi
E: ERROR tls never the connection is not encrypted
