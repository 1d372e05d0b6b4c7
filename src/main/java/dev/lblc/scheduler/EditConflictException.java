package dev.lblc.scheduler;

import dev.lblc.PublicApi;

/** An edit that was not made: the server is no longer what whoever asked for the edit has seen. */
@PublicApi
public final class EditConflictException extends IllegalArgumentException {
  private static final long serialVersionUID = 1;

  /** With what is to be told. */
  public EditConflictException(String message) {
    super(message);
  }
}
