"""Sound cards, each in a process of its own, so that no server's work can delay a callback.

to a card     audio_output        from a card   audio_input
the process   card (the server's side), card_process, card_memory (shared), portaudio
advice        virtual_cables
"""
