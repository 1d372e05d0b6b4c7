package dev.lblc.discovery;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * A host that connections go to, and its addresses at the time. An address as the host has itself for good.
 *
 * <p>The address that was connected to last is the first one to try: traffic and checks go to the same one, and to another one
 * only once that fails, or the name no longer has it. May be used from any thread; no method waits.
 */
public final class NamedHost {
  private final String name;
  private final Runnable askNow;
  private final List<Consumer<List<InetAddress>>> waiting = new ArrayList<>(); // guarded by this
  private boolean isAsking; // guarded by this
  private volatile List<InetAddress> addresses;

  /** An address. */
  NamedHost(InetAddress address) {
    this.name = address.getHostAddress();
    this.askNow = () -> {};
    this.addresses = List.of(address);
  }

  /**
   * A name of which nothing is known.
   *
   * @param askNow asks for it once, and calls {@link #asked} at the end
   */
  NamedHost(String name, Consumer<NamedHost> askNow) {
    this.name = name;
    this.askNow = () -> askNow.accept(this);
    this.addresses = List.of();
  }

  /** Returns the name or the address. */
  public String name() {
    return name;
  }

  /** Returns the addresses known, in the order in which they are to be tried; empty: none is known yet. */
  public List<InetAddress> addresses() {
    return addresses;
  }

  /**
   * Calls back once with the addresses: at once if some are known, else after the answer that is awaited, on any thread. The list
   * is empty if that does not come, or tells none.
   */
  public void whenKnown(Consumer<List<InetAddress>> then) {
    List<InetAddress> known = addresses;
    boolean isFirst = false;
    if (known.isEmpty()) {
      synchronized (this) {
        known = addresses;
        if (known.isEmpty()) {
          waiting.add(then);
          isFirst = !isAsking;
          isAsking = true;
        }
      }
    }
    if (!known.isEmpty()) {
      then.accept(known);
    } else if (isFirst) {
      askNow.run();
    }
  }

  /** Notes that an address was connected to: it is tried first from now on. */
  public void connected(InetAddress address) {
    List<InetAddress> known = addresses;
    if (known.size() > 1 && !known.get(0).equals(address)) {
      prefer(address);
    }
  }

  private synchronized void prefer(InetAddress address) {
    if (addresses.contains(address)) {
      addresses = withFirst(address, addresses);
    }
  }

  /** Notes that somebody asks: {@link #asked} will be called. */
  synchronized void asking() {
    isAsking = true;
  }

  /** Replaces the addresses. */
  synchronized void found(List<InetAddress> now) {
    List<InetAddress> before = addresses;
    addresses = before.isEmpty() || !now.contains(before.get(0))
        ? List.copyOf(now)
        : withFirst(before.get(0), now);
  }

  /** Lets those go on who wait for an answer. */
  void asked() {
    List<Consumer<List<InetAddress>>> told;
    synchronized (this) {
      isAsking = false;
      told = List.copyOf(waiting);
      waiting.clear();
    }
    List<InetAddress> known = addresses;
    told.forEach(then -> then.accept(known));
  }

  private static List<InetAddress> withFirst(InetAddress first, List<InetAddress> all) {
    List<InetAddress> ordered = new ArrayList<>(all.size());
    ordered.add(first);
    for (InetAddress address : all) {
      if (!address.equals(first)) {
        ordered.add(address);
      }
    }
    return List.copyOf(ordered);
  }

  @Override
  public String toString() {
    return name + ' ' + addresses;
  }
}
