package dev.lblc.cli;

/** A command that cannot do what it was asked for; the message, one or more lines, is all that a person needs to know. */
class CommandException extends Exception {
  CommandException(String message) {
    super(message);
  }
}
