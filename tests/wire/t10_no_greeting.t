do connect
do eof
E: ERROR net later the server closed the connection
