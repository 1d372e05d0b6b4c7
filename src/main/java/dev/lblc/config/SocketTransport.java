package dev.lblc.config;

/** How a gateway's sockets reach the kernel. */
public enum SocketTransport {
  /** A system call for each thing that is done. Linux. */
  EPOLL,
  /** What is to be done goes to the kernel in batches. Linux, and only where it allows that. */
  IO_URING,
  /** The JDK's own, which is there everywhere. */
  NIO
}
