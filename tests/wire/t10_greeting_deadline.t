do connect
do wait 59000
S: * \c
do wait 1000
E: ERROR net later the server does not answer
