package dev.lblc.transport;

import io.netty.channel.unix.Buffer;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A program that the kernel of Linux runs for a socket: classic BPF, see {@code filter.rst} of the kernel's documentation. Immutable;
 * may be used from any thread.
 */
public final class SocketProgram {
  /** Octets of a {@code sock_fprog}: how many instructions, and, aligned, where they are; and of each of these. */
  private static final int HEAD = 2 * Long.BYTES;

  private static final int INSTRUCTION = Long.BYTES;

  private static final int SOCKET_LEVEL = 1;

  private final int option;
  private final int[][] instructions;

  /**
   * Describes a program.
   *
   * @param option the kernel's number of the socket option that attaches it, {@code SO_ATTACH_...}
   * @param instructions each a {@code sock_filter}: code, jump if true, jump if false, operand
   */
  public SocketProgram(int option, int[]... instructions) {
    this.option = option;
    this.instructions = instructions.clone();
  }

  /**
   * Gives it to a socket; the kernel keeps a copy.
   *
   * @throws IOException if the kernel refuses it
   */
  public void attach(Socket socket) throws IOException {
    // Head and instructions in one piece of memory, which the call keeps from being freed.
    ByteBuffer program = ByteBuffer.allocateDirect(HEAD + instructions.length * INSTRUCTION)
        .order(ByteOrder.nativeOrder());
    program.putShort(0, (short) instructions.length);
    program.putLong(Long.BYTES, Buffer.memoryAddress(program) + HEAD);
    program.position(HEAD);
    for (int[] instruction : instructions) {
      program
          .putShort((short) instruction[0])
          .put((byte) instruction[1])
          .put((byte) instruction[2])
          .putInt(instruction[3]);
    }
    socket.setRawOpt(SOCKET_LEVEL, option, program.flip().limit(HEAD));
  }
}
