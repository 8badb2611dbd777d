# In base64, alone or within a message, it is the password all the same.
do connect
S: 220 hi
C: EHLO box.example
S: 250-mx
S: 250 AUTH LOGIN
C: AUTH LOGIN
S: 334 VXNlcm5hbWU6
C: ZnJlZA==
S: 334 UGFzc3dvcmQ6
C: cGFzcyB3b3Jk
S: 535 5.7.8 "cGFzcyB3b3Jk" is not the password
E: ERROR auth never the server refused the login | ****
is transcript S: 220 hi|C: EHLO box.example|S: 250-mx|S: 250 AUTH LOGIN|C: AUTH LOGIN|S: 334 VXNlcm5hbWU6|C: ****|S: 334 UGFzc3dvcmQ6|C: ****|S: 535 ****|
