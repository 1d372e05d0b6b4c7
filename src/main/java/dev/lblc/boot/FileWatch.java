package dev.lblc.boot;

/**
 * Finds out whether files have changed, by their content. Does so when it is asked, and has no clock. Not thread-safe.
 *
 * <pre>
 * a look differs from what is known       the files are being changed: wait
 * the next look is the same as that one   the change is complete: told
 * </pre>
 */
final class FileWatch {
  /*
   * Why not java.nio's WatchService: it watches folders, so that of a Kubernetes volume, where a name leads through two symbolic links,
   * each folder on the way would have to be watched, and watched anew with every change. It says nothing on network file systems, and
   * loses events when there are many. A digest is right whatever was done to the file: written in place, renamed, linked, restored.
   * To read a file of 100 KB once a second takes a thousandth of a processor.
   */

  private FileContents known;
  private FileContents seen;

  /** With what is known of the files to watch. */
  FileWatch(FileContents known) {
    this.known = known;
    this.seen = known;
  }

  /** Watches these files from now on; each is known as it is here. */
  void know(FileContents contents) {
    known = contents;
  }

  /** Looks at the files. Returns whether they differ from what is known, and were the same at the look before. Blocks. */
  boolean isChanged() {
    FileContents now = FileContents.of(known.files());
    boolean isComplete = now.equals(seen);
    seen = now;
    return isComplete && !now.equals(known);
  }
}
