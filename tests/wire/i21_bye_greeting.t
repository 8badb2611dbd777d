do connect
S: * BYE too many connections
E: ERROR net later the server ended the session | too many connections
