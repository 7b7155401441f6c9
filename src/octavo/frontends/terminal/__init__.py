"""The terminal interface: bytes become keys, keys and events become state, state becomes rows, one write a frame.

keys/      bytes to keys, pastes and answers of the terminal
text/      styled text: widths, wrapping, Markdown, colours of commands, what may not be printed
cells/     finished and live blocks of the conversation as styled lines; pure
composer/  the draft: editing, kill ring, pastes, images, history, completion; knows no session
chat/      engine events become cells, status and usage
views/     what stands in the composer's place: lists, questions, notes; and pagers over the whole screen
effects/   what is asked to be done outside or on the screen, as values; a module for each subject
app/       the state of all of these as one; it says what is seen, and in effects what is to be done
actions/   what effects need done outside: git, files, the network
screen/    the only writer: modes, live rows, scrollback (`docs/terminal.md`)
deeds/     what the state asks for and cannot do itself; actions/ has what is done without a screen
           `run` draws the first frame, `loop` draws all others, `interface` goes from step to step, `background`
           holds what runs beside it, `session` talks to the engine
"""
