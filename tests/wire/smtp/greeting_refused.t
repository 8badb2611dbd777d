do connect
do send a@b.example c@d.example 3
S: 554 5.7.1 go away
E: ERROR refused later the server does not talk to us | go away
do lost
E: DONE 1 DEFERRED login 0 554 5.7.1 go away
