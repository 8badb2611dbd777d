# RFC 5802's own exchange, without an initial response; a server that has SCRAM used last time is not asked by less.
set auth scram-sha-1
set login user
set secret pencil
set nonce
do connect
do noop
S: * OK [CAPABILITY IMAP4rev1 AUTH=SCRAM-SHA-1 AUTH=PLAIN] hi
C: $1 AUTHENTICATE SCRAM-SHA-1
S: + 
C: biwsbj11c2VyLHI9ZnlrbytkMmxiYkZnT05Sdjlxa3hkYXdM
S: + cj1meWtvK2QybGJiRmdPTlJ2OXFreGRhd0wzcmZjTkhZSlkxWlZ2V1ZzN2oscz1RU1hDUitRNnNlazhiZjkyLGk9NDA5Ng==
C: Yz1iaXdzLHI9ZnlrbytkMmxiYkZnT05Sdjlxa3hkYXdMM3JmY05IWUpZMVpWdldWczdqLHA9djBYOHYzQnoyVDBDSkdiSlF5RjBYK0hJNFRzPQ==
S: + dj1ybUY5cHFWOFM3c3VBb1pXamE0ZEpSa0ZzS1E9
C: 
S: $1 OK [CAPABILITY IMAP4rev1] in
C: $2 NOOP
S: $2 OK
E: READY
E: DONE 1 OK
is mechanism SCRAM-SHA-1
