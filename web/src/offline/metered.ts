/** Whether this device is on a connection where people pay by the byte, or asked to save data. */

interface Connection {
  saveData?: boolean
  effectiveType?: string
  type?: string
}

/** Only a connection that says so is taken for metered: most browsers say nothing. */
export function isMetered(connection = (navigator as Navigator & { connection?: Connection }).connection): boolean {
  if (!connection) return false
  return connection.saveData === true || connection.type === 'cellular' || ['slow-2g', '2g'].includes(connection.effectiveType ?? '')
}
