"""When data is lost, changed or shared by mistake: what it is, how long there is, what follows."""
