"""Takes on the disk.

desk       takes between the sessions and the folder
files      the folder
wav_file   the format of the sound
take_file  the format of what lies beside it
"""
