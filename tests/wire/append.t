# A message waits for the server's word; what follows waits for the message.
do connect
do append Sent 837588265 7 \Seen $Forwarded blue b)d
do noop
S: * PREAUTH [CAPABILITY IMAP4rev1 UIDPLUS] hi
C: $1 APPEND "Sent" (\Seen $Forwarded blue) "17-Jul-1996 07:24:25 +0000" {7}
is room 0
do feed early
S: + go
E: READY
is room 7
do feed ab\r\n
C: ab\r\n\c
is room 3
do feed cd{1
is room 0
C: cd{
C: $2 NOOP
S: $1 OK [APPENDUID 38505 3955] done
S: $2 OK
E: DONE 1 OK [APPENDUID] done copied 38505 >3955
E: DONE 2 OK
# No flags, no date, a name in a literal, nothing in it.
do append \xfc -1 0
C: $3 APPEND {1}
S: + name
C: \xfc {0}
is room 0
S: + body
C: 
S: $3 OK [APPENDUID 0 5]
E: DONE 3 OK [APPENDUID]
# Refused before it went.
do append Trash 0 1000000
do noop
C: $4 APPEND "Trash" " 1-Jan-1970 00:00:00 +0000" {1000000}
S: $4 NO [TRYCREATE] no such mailbox
C: $5 NOOP
E: DONE 4 NO [TRYCREATE] no such mailbox
is room 0
do feed late
S: $5 OK [APPENDUID 1 2]
E: DONE 5 OK [APPENDUID]
# Refused in the midst: what was announced is filled up.
do append Trash -1 5
C: $6 APPEND "Trash" {5}
S: + go
do feed ab
C: ab\c
S: $6 NO [OVERQUOTA] full
C:    
E: DONE 6 NO [OVERQUOTA] full
# Nonsense of APPENDUID.
do append Trash -1 1
C: $7 APPEND "Trash" {1}
S: + go
do feed a
C: a
S: $7 OK [APPENDUID 1 5:6]
E: DONE 7 OK [APPENDUID]
