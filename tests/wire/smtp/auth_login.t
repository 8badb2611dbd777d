set auth login
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
S: 235 in
E: READY
is mechanism LOGIN
is transcript S: 220 hi|C: EHLO box.example|S: 250-mx|S: 250 AUTH LOGIN|C: AUTH LOGIN|S: 334 VXNlcm5hbWU6|C: ****|S: 334 UGFzc3dvcmQ6|C: ****|S: 235 in|
