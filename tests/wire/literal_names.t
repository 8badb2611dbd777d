# I04, I30: names in literals both ways; synchronising although LITERAL+ is offered.
do connect
do list - %
do status INBOX.\xfc{9+}
do status a"b\q
S: * OK [CAPABILITY IMAP4rev1 LITERAL+] hi
C: $1 LOGIN "fred" "pass word"
C: $2 LIST "" "%"
C: $3 STATUS {11}
S: $1 OK [CAPABILITY IMAP4rev1 LITERAL+] in
S: * LIST () "." {11}
S: INBOX.\xfc{9+}
S: * LIST () "." {0}
S: 
S: * LIST () {1}
S: . {3}
S: a)b
S: $2 OK
E: READY
E: LIST "INBOX.\xfc{9+}" .
E: LIST "" .
E: LIST "a)b" .
E: DONE 1 OK
S: + OK
C: INBOX.\xfc{9+} (MESSAGES UIDNEXT UIDVALIDITY UNSEEN)
C: $4 STATUS "a\"b\\q" (MESSAGES UIDNEXT UIDVALIDITY UNSEEN)
S: * STATUS {11}
S: INBOX.\xfc{9+} (MESSAGES 3 UIDNEXT 4 UIDVALIDITY 5 UNSEEN 0) 
S: $3 OK
S: * STATUS "a\"b\\q" ()
S: $4 OK
E: STATUS "INBOX.\xfc{9+}" messages=3 unseen=0 uidnext=4 uidvalidity=5
E: DONE 2 OK
E: STATUS "a\"b\\q" uidnext=0 uidvalidity=0
E: DONE 3 OK
