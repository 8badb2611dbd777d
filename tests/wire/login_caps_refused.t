# A server that does not answer CAPABILITY is taken to have none.
do connect
S: * OK ready
C: $1 CAPABILITY
S: $1 BAD what
C: $2 LOGIN "fred" "pass word"
S: $2 OK in
E: READY
C: $3 CAPABILITY
S: $3 BAD what
