set helo x\r\nMAIL FROM:<a@b>
do connect
S: 220 hi
C: EHLO [127.0.0.1]
