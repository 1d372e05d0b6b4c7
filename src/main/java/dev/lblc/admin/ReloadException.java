package dev.lblc.admin;

import java.util.List;
import java.util.stream.Collectors;

/** A reload that was refused and has changed nothing, with all that is wrong. */
public final class ReloadException extends Exception {
  private static final long serialVersionUID = 1;

  private final transient List<Fault> faults;

  /**
   * One reason.
   *
   * @param path JSON path of what is at fault in the file; {@code $}: no single value
   * @param message what is wrong, for a person to read
   */
  public record Fault(String path, String message) {
    @Override
    public String toString() {
      return path + ": " + message;
    }
  }

  /** Creates an exception for these reasons, at least one. */
  public ReloadException(List<Fault> faults) {
    super(faults.stream().map(Fault::toString).collect(Collectors.joining(System.lineSeparator())));
    this.faults = List.copyOf(faults);
  }

  /** Returns the reasons, at least one. */
  public List<Fault> faults() {
    return faults;
  }
}
