import { expect, test } from 'vitest'
import { theStage } from '../harness/stage'

const stage = theStage()

const times = (words: string, paragraphs: string[]) => paragraphs.join('\n').split(words).length - 1

test('Adaeze loses the network and writes on; when it returns, everything is merged and nothing is doubled', async () => {
  const [adaeze, marta] = await Promise.all([stage.enter('Adaeze Obi'), stage.enter('Marta Roca')])
  await Promise.all([adaeze.opens('1'), marta.opens('1')])
  await adaeze.isSaved()
  await adaeze.losesConnection()
  await adaeze.puts('after', 'Una decisión ajena, una tarea propia')
  await adaeze.types(' y urgente')
  await adaeze.presses('Enter')
  await adaeze.types('Un párrafo escrito en el tren.')
  await adaeze.sees(/^Offline: \d+ changes? kept on this device/)
  await marta.puts('after', 'Las palabras que usamos')
  await marta.types(' hoy')
  await marta.isSaved()
  await marta.nowhereReads('en el tren')

  await adaeze.findsConnection()
  await adaeze.isSaved()
  for (const person of [adaeze, marta]) {
    await person.reads('Una decisión ajena, una tarea propia y urgente')
    await person.reads('Un párrafo escrito en el tren.')
    await person.reads('Las palabras que usamos hoy')
    expect(times('en el tren', await person.paragraphs())).toBe(1)
  }
  expect(await adaeze.paragraphs()).toEqual(await marta.paragraphs())
})

test('the live connection breaks, Adaeze reloads before it is back, and her unsent words are still there', async () => {
  const adaeze = await stage.enter('Adaeze Obi')
  adaeze.troubles.expectNoNetwork()
  await adaeze.opens('2')
  await adaeze.isSaved()
  adaeze.lineIsCut()
  await adaeze.puts('after', 'Siete principios')
  await adaeze.types(', uno por uno')
  await adaeze.sees(/^Offline: \d+ changes? kept on this device/)
  await adaeze.reloads()
  await adaeze.reads('Siete principios, uno por uno')
  await adaeze.sees(/^Offline/)
  adaeze.lineIsMended()
  await adaeze.isSaved()
  const marta = await stage.enter('Marta Roca')
  await marta.opens('2')
  await marta.reads('Siete principios, uno por uno')
})

test('Adaeze reloads in the middle of a word, again and again: no letter is lost', async () => {
  const adaeze = await stage.enter('Adaeze Obi')
  await adaeze.opens('3')
  let words = 'Después del mostrador'
  for (const part of [' va', 'mos a l', 'a ca', 'lle']) {
    await adaeze.puts('after', words)
    await adaeze.types(part)
    words += part
    await adaeze.reloads()
    await adaeze.reads(words)
  }
  await adaeze.isSaved()
})

test('two windows of one person write into the same text and stay the same', async () => {
  const adaeze = await stage.enter('Adaeze Obi')
  await adaeze.opens('4')
  const other = await adaeze.opensWindow()
  await other.opens('4')
  await adaeze.puts('after', 'Encontrar casa')
  await adaeze.types(' aquí')
  await other.reads('Encontrar casa aquí')
  await other.puts('after', 'Lo provisional que dura')
  await other.types(' demasiado')
  await adaeze.reads('Lo provisional que dura demasiado')
  expect(await adaeze.paragraphs()).toEqual(await other.paragraphs())
})

test('two windows of one person, both without a connection: what both wrote arrives once', async () => {
  const adaeze = await stage.enter('Adaeze Obi')
  adaeze.troubles.expectNoNetwork()
  await adaeze.opens('5')
  const other = await adaeze.opensWindow()
  await other.opens('5')
  await Promise.all([adaeze.isSaved(), other.isSaved()])
  adaeze.lineIsCut()
  await adaeze.sees(/^Offline/)
  await other.sees(/^Offline/)
  await adaeze.puts('after', 'la vida de cada día')
  await adaeze.types(', palabra primera')
  await other.puts('after', 'Tres horarios que conviene coordinar')
  await other.types(', palabra segunda')
  await adaeze.sees(/^Offline: \d+ changes? kept/)
  await other.sees(/^Offline: \d+ changes? kept/)
  await adaeze.reloads()
  await adaeze.reads('la vida de cada día, palabra primera')
  adaeze.lineIsMended()
  for (const window of [adaeze, other]) {
    await window.reads('la vida de cada día, palabra primera')
    await window.reads('Tres horarios que conviene coordinar, palabra segunda')
    await window.isSaved()
    const paragraphs = await window.paragraphs()
    expect([times('palabra primera', paragraphs), times('palabra segunda', paragraphs)]).toEqual([1, 1])
  }
})
