do connect
S: 220 old
C: EHLO box.example
S: 500 what
C: HELO box.example
S: 250 hi
E: ERROR lacking never the server offers no way to log in that is known here
