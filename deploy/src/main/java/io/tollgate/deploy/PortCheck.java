package io.tollgate.deploy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;

/**
 * The check that a port is free before anything else is started: so the operator reads one sentence
 * at once, and not after the stores have been waited for.
 */
final class PortCheck {
  private PortCheck() {}

  /**
   * Checks one listener's address.
   *
   * @throws StartFault that names the port and its setting
   */
  static void check(Settings settings, Setting<String> host, Setting<Integer> port) {
    int number = settings.get(port);
    if (number == 0) {
      return;
    }
    String address = settings.get(host);
    try (var socket = new ServerSocket()) {
      // As the listener itself will do, so that the last run's closing connections don't count.
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getByName(address), number));
    } catch (UnknownHostException e) {
      throw new StartFault(host.name() + " must be an address of this machine, was " + address);
    } catch (IOException e) {
      throw new StartFault(
          port.name()
              + " "
              + number
              + " can't be listened on at "
              + address
              + ": "
              + e.getMessage()
              + "; choose another port by "
              + port.variable());
    }
  }
}
